"""The alliance's member cities, their organisations, and the people the alliance works with."""

from piccolo.columns import Boolean, ForeignKey, Text
from piccolo.table import Table

from events_service.identifiers import new_id


class City(Table, tablename="city"):
    """A city, by its slug (`malmo`). `timezone` is an IANA name, `country` an ISO 3166 code."""

    slug = Text(primary_key=True)
    name = Text()
    country = Text()
    timezone = Text()
    member = Boolean(default=True)


class Organisation(Table, tablename="organisation"):
    """A municipality, an NGO, a police district …"""

    id = Text(primary_key=True, default=new_id)
    name = Text(unique=True)
    kind = Text()
    city = ForeignKey(City, null=True, target_column="slug")


class Contact(Table, tablename="contact"):
    """Someone the alliance knows: a young ambassador, an expert, a mayor. `category` as in registrations."""

    id = Text(primary_key=True, default=new_id)
    name = Text()
    email = Text(unique=True)
    title = Text()
    category = Text()
    group = Text(db_column_name="contact_group")
    organisation = ForeignKey(Organisation, null=True)
    city = ForeignKey(City, null=True, target_column="slug")
    language = Text()
