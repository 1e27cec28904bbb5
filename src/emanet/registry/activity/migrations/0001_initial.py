# SPDX-License-Identifier: Apache-2.0
"""The tables of activity as they first were."""

import emanet.registry.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Audit',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('ref', emanet.registry.fields.KeyField()),
                ('at', emanet.registry.fields.KeyField()),
                ('bytes', models.BigIntegerField()),
                ('damages', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['ref', 'at', 'id'], name='audit_object')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', emanet.registry.fields.NumberField(primary_key=True, serialize=False)),
                ('at', emanet.registry.fields.KeyField()),
                ('kind', models.TextField()),
                ('subject', emanet.registry.fields.KeyField()),
                ('agent', models.TextField()),
                ('outcome', models.TextField()),
                ('detail', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['subject', 'id'], name='event_subject')],
            },
        ),
    ]
