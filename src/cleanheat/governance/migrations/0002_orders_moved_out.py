"""Orders and the rules that raise them become a room of their own; their tables stay and change name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial")]
    operations = [
        migrations.AlterModelTable(name="order", table="orders_order"),
        migrations.AlterModelTable(name="orderalert", table="orders_orderalert"),
        migrations.AlterModelTable(name="raisingpolicy", table="orders_raisingrule"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="OrderAlert"),
                migrations.DeleteModel(name="Order"),
                migrations.DeleteModel(name="RaisingPolicy"),
            ]
        ),
    ]
