# SPDX-License-Identifier: Apache-2.0
"""The tables of catalogue as they first were."""

import django.db.models.deletion
import emanet.registry.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='FileFormat',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('label', models.TextField()),
                ('mime', models.TextField()),
                ('puid', models.TextField()),
                ('tool', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='SealedObject',
            fields=[
                ('sequence', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('ref', emanet.registry.fields.KeyField()),
                ('kind', models.TextField()),
                ('created', emanet.registry.fields.KeyField()),
                ('bytes', models.BigIntegerField()),
                ('digest', models.TextField()),
                ('files', models.IntegerField()),
                ('versions', models.IntegerField()),
                ('articles', models.IntegerField()),
                ('audited', emanet.registry.fields.KeyField(default='')),
                ('damages', models.IntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['audited', 'sequence'], name='object_audited')],
                'constraints': [models.UniqueConstraint(fields=('ref',), name='object_ref')],
            },
        ),
        migrations.CreateModel(
            name='Title',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('publisher', models.TextField()),
                ('folded', models.TextField()),
                ('sort_key', emanet.registry.fields.KeyField()),
                ('first_seen', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['sort_key', 'id'], name='title_sort')],
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('doi', emanet.registry.fields.KeyField(null=True)),
                ('year', models.IntegerField()),
                ('volume', emanet.registry.fields.KeyField()),
                ('issue', emanet.registry.fields.KeyField()),
                ('page', emanet.registry.fields.KeyField()),
                ('place', emanet.registry.fields.KeyField()),
                ('likeness', models.BigIntegerField()),
                ('latest', models.BigIntegerField()),
                ('rank', models.SmallIntegerField()),
                ('versions', models.IntegerField()),
                ('title', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalogue.title')),
            ],
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('delivery', models.TextField()),
                ('doi', models.TextField()),
                ('title', models.TextField()),
                ('journal', models.TextField()),
                ('publisher', models.TextField()),
                ('volume', models.TextField()),
                ('issue', models.TextField()),
                ('first_page', models.TextField()),
                ('elocation_id', models.TextField()),
                ('year', models.IntegerField()),
                ('published', models.TextField()),
                ('type', models.TextField()),
                ('stage', models.TextField()),
                ('language', models.TextField()),
                ('licence', models.TextField()),
                ('open_access', models.BooleanField()),
                ('content', models.BinaryField()),
                ('members', models.TextField()),
                ('record', models.TextField()),
                ('article', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalogue.article')),
                ('object', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalogue.sealedobject')),
            ],
        ),
        migrations.CreateModel(
            name='Relation',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('relation', models.TextField()),
                ('to_doi', emanet.registry.fields.KeyField()),
                ('given', models.TextField()),
                ('source', models.TextField()),
                ('citation', models.TextField()),
                ('version', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalogue.version')),
            ],
        ),
        migrations.AddField(
            model_name='article',
            name='current',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalogue.version'),
        ),
        migrations.CreateModel(
            name='ArticleKey',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('value', emanet.registry.fields.KeyField()),
                ('article', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalogue.article')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('value',), name='key_value')],
            },
        ),
        migrations.CreateModel(
            name='File',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('delivery', models.BigIntegerField(null=True)),
                ('version', models.BigIntegerField(null=True)),
                ('name', models.TextField()),
                ('raw_name', models.BinaryField(null=True)),
                ('role', models.TextField()),
                ('fate', models.TextField()),
                ('bytes', models.BigIntegerField()),
                ('crc32', models.BigIntegerField()),
                ('sha256', models.BinaryField()),
                ('path', models.TextField()),
                ('steps', models.TextField()),
                ('language', models.TextField()),
                ('format', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalogue.fileformat')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('fate', 'held')), fields=['id'], name='file_held')],
            },
        ),
        migrations.CreateModel(
            name='TitleClash',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('version', models.BigIntegerField()),
                ('issn', models.TextField()),
                ('first_seen', models.TextField()),
                ('other', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalogue.title')),
                ('title', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalogue.title')),
            ],
            options={
                'indexes': [models.Index(fields=['title', 'other'], name='clash_titles')],
            },
        ),
        migrations.CreateModel(
            name='TitleIssn',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('issn', emanet.registry.fields.KeyField()),
                ('medium', models.TextField()),
                ('first_seen', models.TextField()),
                ('title', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalogue.title')),
            ],
            options={
                'indexes': [models.Index(fields=['title'], name='issn_title')],
                'constraints': [models.UniqueConstraint(fields=('issn',), name='issn_value')],
            },
        ),
        migrations.CreateModel(
            name='TitleName',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('publisher', models.TextField()),
                ('folded', models.TextField()),
                ('key', emanet.registry.fields.KeyField()),
                ('first_year', models.IntegerField()),
                ('last_year', models.IntegerField()),
                ('first_seen', models.TextField()),
                ('title', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalogue.title')),
            ],
            options={
                'indexes': [models.Index(fields=['title'], name='name_title'), models.Index(fields=['key'], name='name_key')],
            },
        ),
        migrations.AddIndex(
            model_name='version',
            index=models.Index(fields=['article'], name='version_article'),
        ),
        migrations.AddIndex(
            model_name='version',
            index=models.Index(condition=models.Q(('doi', '')), fields=['content'], name='version_content_no_doi'),
        ),
        migrations.AddIndex(
            model_name='relation',
            index=models.Index(fields=['version'], name='relation_from'),
        ),
        migrations.AddIndex(
            model_name='relation',
            index=models.Index(fields=['to_doi'], name='relation_to'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['title', 'volume', 'page'], name='article_page'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['title', 'year', 'place', 'volume', 'issue'], name='article_list'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(condition=models.Q(('doi__isnull', True)), fields=['title', 'volume', 'page'], name='article_no_doi'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.UniqueConstraint(fields=('doi',), name='article_doi'),
        ),
    ]
