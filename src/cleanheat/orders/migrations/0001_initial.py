"""Orders of every business: the tables governance had made for its own, and to which business a rule belongs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('alerts', '0001_initial'),
        ('governance', '0002_orders_moved_out'),
        ('infra', '0005_parts'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='RaisingRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=60, unique=True, verbose_name='名称')),
                        ('source', models.CharField(max_length=60, verbose_name='报警来源（前缀）')),
                        ('worst_level', models.PositiveSmallIntegerField(choices=[(1, 'Ⅰ级'), (2, 'Ⅱ级'), (3, 'Ⅲ级'), (4, 'Ⅳ级')], default=4, verbose_name='至少达到级别')),
                        ('after_min', models.PositiveIntegerField(default=30, verbose_name='持续多久后生成')),
                        ('merge_by', models.CharField(choices=[('object', '企业＋规则＋对象'), ('rule', '企业＋规则'), ('sender', '企业')], default='object', max_length=10, verbose_name='合并方式')),
                        ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                        ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                    ],
                    options={
                        'ordering': ['source', 'worst_level'],
                    },
                ),
                migrations.CreateModel(
                    name='Order',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.CharField(max_length=24, unique=True)),
                        ('source', models.CharField(max_length=60)),
                        ('source_name', models.CharField(max_length=80)),
                        ('object_kind', models.CharField(max_length=16)),
                        ('object_number', models.PositiveIntegerField()),
                        ('object_name', models.CharField(blank=True, max_length=80)),
                        ('merge_key', models.CharField(blank=True, max_length=120)),
                        ('is_automatic', models.BooleanField(default=False)),
                        ('is_open', models.BooleanField(default=True)),
                        ('feedback_at', models.DateTimeField(null=True)),
                        ('verify_at', models.DateTimeField(null=True)),
                        ('verification', models.JSONField(default=dict)),
                        ('first_pass', models.BooleanField(null=True)),
                        ('item', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='order', to='infra.flowitem')),
                    ],
                    options={
                        'ordering': ['-id'],
                    },
                ),
                migrations.CreateModel(
                    name='OrderAlert',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ended', models.CharField(blank=True, max_length=12)),
                        ('alert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alerts.alert')),
                        ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='orders.order')),
                    ],
                ),
                migrations.AddIndex(
                    model_name='order',
                    index=models.Index(fields=['source', 'is_open'], name='order_source'),
                ),
                migrations.AddIndex(
                    model_name='order',
                    index=models.Index(condition=models.Q(('verify_at__isnull', False)), fields=['verify_at'], name='order_verify'),
                ),
                migrations.AddConstraint(
                    model_name='order',
                    constraint=models.UniqueConstraint(condition=models.Q(('is_open', True), models.Q(('merge_key', ''), _negated=True)), fields=('merge_key',), name='one_open_order_a_merge_key'),
                ),
                migrations.AddConstraint(
                    model_name='orderalert',
                    constraint=models.UniqueConstraint(fields=('order', 'alert'), name='one_row_an_alert_of_an_order'),
                ),
            ]
        ),
        migrations.AddField('raisingrule', 'business', models.CharField(choices=[('governance.order', '数据治理工单'), ('orders.supervision', '供热督办单')], default='governance.order', max_length=40, verbose_name='业务')),
        migrations.AlterField('raisingrule', 'business', models.CharField(choices=[('governance.order', '数据治理工单'), ('orders.supervision', '供热督办单')], default='orders.supervision', max_length=40, verbose_name='业务')),
    ]
