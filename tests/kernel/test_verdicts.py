import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cleanheat.kernel.verdicts import TRUSTED, USABLE, Verdict, pack, unpack


@given(st.integers(1, 21).flatmap(lambda s: arrays(np.uint8, (s, 5), elements=st.integers(0, 5))))
def test_unpack_undoes_pack(verdicts):
    assert (unpack(pack(verdicts), verdicts.shape[0]) == verdicts).all()


def test_what_is_suspicious_is_shown_but_not_judged_by():
    assert [v for v in Verdict if not USABLE[v]] == [Verdict.BAD, Verdict.MISSING]
    assert [v for v in Verdict if USABLE[v] and not TRUSTED[v]] == [Verdict.SUSPICIOUS]
    assert not (TRUSTED & ~USABLE).any()
