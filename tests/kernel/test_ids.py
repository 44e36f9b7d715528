import pytest

from cleanheat.kernel.ids import OBJECT_CLASSES, archive_code, parse_archive_code


@pytest.mark.parametrize("object_class", OBJECT_CLASSES)
def test_code_round_trip(object_class):
    assert parse_archive_code(archive_code("220104", object_class, 42)) == ("220104", object_class, 42)


@pytest.mark.parametrize("text", ["", "220104-HR-12", "220104-ZZ-000001", "22010-HR-000001", "220104_HR_000001"])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(ValueError, match="not an archive code"):
        parse_archive_code(text)
