// SPDX-License-Identifier: MIT
// Any octets as a SIP datagram: parser, field parsers, responses, writer.
// What must hold stands in fuzz/wire/check_sip.braw.
#include "fuzz/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wire_check("sip", data, size, 60000, 2000);
    return 0;
}
