// SPDX-License-Identifier: MIT
// Any octets as an RTCP datagram: SR, RR, SDES, BYE, APP, and compounds of them.
// What must hold stands in fuzz/wire/check_rtcp.braw.
#include "fuzz/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wire_check("rtcp", data, size, 20000, 400);
    return 0;
}
