"""One English word a Chinese term, and the interface keeps to it."""

import pytest

from cleanheat.infra.resources import RESOURCES
from cleanheat.kernel.glossary import glossary, word_of
from cleanheat.kernel.quantities import KINDS


def test_every_term_and_every_word_stands_once():
    terms = glossary()
    assert len({t.zh for t in terms}) == len({t.word for t in terms}) == len(terms)
    assert all(t.note for t in terms)


NOUNS = [term for term in glossary() if term.word.isidentifier()]


@pytest.mark.feature("A7-1")
@pytest.mark.parametrize("resource", [r for r in RESOURCES if r.key.split(".")[0] in {"assets", "accounts"}],
                         ids=lambda r: r.key)  # fmt: skip
def test_resources_are_called_by_the_glossary(resource):
    assert word_of(resource.zh) == resource.key.split(".")[1]


def test_signals_keep_the_glossarys_words():
    signals = {(s.code, s.zh) for kind in KINDS.values() for s in kind.signals}
    for term in glossary():
        same = [pair for pair in signals if term.word == pair[0] or term.zh == pair[1]]
        assert all(pair == (term.word, term.zh) for pair in same), same
