"""Merge keys name their business: alerts go on joining the governance orders that are open."""

from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Concat

OWN = "governance.order|"


def name_business(apps, _editor):
    orders = apps.get_model("orders", "Order").objects.exclude(merge_key="").exclude(merge_key__startswith=OWN)
    orders.exclude(merge_key__startswith="orders.").update(merge_key=Concat(Value(OWN), F("merge_key")))


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(name_business, migrations.RunPython.noop)]
