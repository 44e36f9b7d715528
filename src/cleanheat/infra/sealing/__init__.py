"""Who may read it and who wrote it: the cryptography of the platform behind one seam.

Bulk data is sealed with SM4-GCM or AES-256-GCM (``ciphers``), keys are exchanged and signed with SM2 (``sm2``),
digests are SM3 (``digests``), secrets at rest lie in a box under the installation's own key (``box``).
"""

from cleanheat.infra.sealing.box import Box, installation_box
from cleanheat.infra.sealing.ciphers import NONCE_BYTES, TAG_BYTES, Algorithm, Cipher, SealError, cipher
from cleanheat.infra.sealing.digests import same, sm3, sm3_hmac
from cleanheat.infra.sealing.sm2 import KeyPair, PublicKey

__all__ = [
    "NONCE_BYTES",
    "TAG_BYTES",
    "Algorithm",
    "Box",
    "Cipher",
    "KeyPair",
    "PublicKey",
    "SealError",
    "cipher",
    "installation_box",
    "same",
    "sm3",
    "sm3_hmac",
]
