"""A FITS header and data unit as the bytes of a file."""

from __future__ import annotations

from typing import Final

import numpy as np
from astropy.io import fits

from tomoe_es.transfer.checksum import ones_complement_sum, set_sums

FITS_BLOCK: Final = 2880
SUM_COMMENT: Final = "sum of the whole unit"


def hdu_bytes(hdu: fits.PrimaryHDU | fits.ImageHDU | fits.BinTableHDU) -> list[bytes | memoryview]:
    """Bytes of a header and data unit, with CHECKSUM and DATASUM set, for `write_whole_file`.

    The comments of the sums hold no time, as astropy's would, so that equal data are equal files.
    """
    data = np.ascontiguousarray(hdu.data).view(np.uint8).reshape(-1).data
    padding = b"\0" * (-data.nbytes % FITS_BLOCK)
    set_sums(hdu.header, ones_complement_sum(padding, ones_complement_sum(data)), SUM_COMMENT)
    return [hdu.header.tostring().encode("ascii"), data, padding]
