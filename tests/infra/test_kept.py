"""Rendered answers: handed out again, bounded in bytes, the least recently used dropped first."""

from cleanheat.infra.kept import Kept


def test_bytes_are_the_bound_and_what_was_asked_last_stays():
    kept = Kept[str](10)
    kept.put("a", "1", b"aaaa")
    kept.put("b", "2", b"bbbb")
    assert kept.get("a") == ("1", b"aaaa")
    kept.put("c", "3", b"cccc")
    assert kept.get("b") is None
    assert (kept.get("a"), kept.get("c")) == (("1", b"aaaa"), ("3", b"cccc"))
    assert kept.held_bytes == 8


def test_a_key_put_again_counts_once_and_too_large_a_body_is_not_kept():
    kept = Kept[int](10)
    kept.put("a", 1, b"aaaa")
    kept.put("a", 2, b"aa")
    assert (kept.get("a"), kept.held_bytes) == ((2, b"aa"), 2)
    kept.put("b", 3, b"b" * 11)
    assert (kept.get("b"), kept.held_bytes) == (None, 0)
    kept.clear()
    assert kept.held_bytes == 0
