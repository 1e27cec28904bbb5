# SPDX-License-Identifier: Apache-2.0
"""The tables of deliveries as they first were."""

import emanet.registry.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('delivery', models.BigIntegerField()),
                ('code', models.TextField()),
                ('severity', models.TextField()),
                ('place', models.TextField()),
                ('detail', models.TextField()),
                ('version', models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('ref', emanet.registry.fields.KeyField()),
                ('name', models.TextField()),
                ('publisher', emanet.registry.fields.KeyField()),
                ('received', models.TextField()),
                ('state', emanet.registry.fields.KeyField()),
                ('verdict', models.TextField()),
                ('layout', models.TextField()),
                ('bytes', models.BigIntegerField()),
                ('files', models.IntegerField()),
                ('held_files', models.IntegerField()),
                ('articles', models.IntegerField()),
                ('accession', models.TextField()),
                ('decided', models.TextField()),
                ('reason', models.TextField()),
                ('waits_until', models.TextField()),
                ('latest', models.BigIntegerField()),
                ('repeats', models.IntegerField()),
                ('first_file', models.BigIntegerField(null=True)),
                ('last_file', models.BigIntegerField(null=True)),
                ('first_finding', models.BigIntegerField(null=True)),
                ('last_finding', models.BigIntegerField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'id'], name='delivery_state'), models.Index(fields=['publisher', 'id'], name='delivery_publisher'), models.Index(condition=models.Q(('state__in', ['held', 'waiting']), ('held_files__gt', 0), _connector='OR'), fields=['id'], name='delivery_problem')],
                'constraints': [models.UniqueConstraint(fields=('ref',), name='delivery_ref')],
            },
        ),
    ]
