// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * Cuts what a sender sends into an {@link Offer}, a {@link Start}, the pieces of the file as {@link ByteBuf}, and the
 * {@link Sha256}.
 *
 * <p>The pieces are slices of what was read: nothing is gathered, and nothing is copied. What follows the digest,
 * or something that is no offer, is dropped.
 */
final class OfferDecoder extends ByteToMessageDecoder {

    private enum Expect {
        OFFER,
        START,
        BODY,
        DIGEST,
        NOTHING
    }

    private Expect expect = Expect.OFFER;
    private long size;
    private long remaining;

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        switch (expect) {
            case OFFER -> offer(in, out);
            case START -> start(in, out);
            case BODY -> {
                int piece = (int) Math.min(remaining, in.readableBytes());
                out.add(in.readRetainedSlice(piece));
                remaining -= piece;
                if (remaining == 0) {
                    expect = Expect.DIGEST;
                }
            }
            case DIGEST -> {
                if (in.readableBytes() >= Sha256.BYTES) {
                    out.add(Sha256.read(in));
                    expect = Expect.NOTHING;
                }
            }
            case NOTHING -> in.skipBytes(in.readableBytes());
        }
    }

    private void offer(ByteBuf in, List<Object> out) {
        expect = Expect.NOTHING; // unless it is an offer
        Offer offer = Offer.read(in);
        expect = Expect.OFFER;
        if (offer != null) {
            out.add(offer);
            size = offer.size();
            expect = Expect.START;
        }
    }

    private void start(ByteBuf in, List<Object> out) {
        expect = Expect.NOTHING; // unless it is a start
        Start start = Start.read(in, size);
        expect = Expect.START;
        if (start != null) {
            out.add(start);
            remaining = size - start.offset();
            expect = remaining == 0 ? Expect.DIGEST : Expect.BODY;
        }
    }
}
