import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends or receives numbered messages through Aeron's own client. A message's
 * reserved value is publisher << 32 | sequence; its length and content follow
 * from these. Arguments:
 *
 * DIRECTORY send shared|exclusive|claim CHANNEL STREAM PUBLISHER COUNT LENGTHS
 * DIRECTORY receive CHANNEL STREAM TOTAL LENGTHS
 */
public final class AeronPeer {
    public static void main(String[] args) {
        Aeron.Context context = new Aeron.Context().aeronDirectoryName(args[0]);
        try (Aeron aeron = Aeron.connect(context)) {
            if (args[1].equals("send")) {
                send(aeron, args[2], args[3], Integer.parseInt(args[4]),
                    Integer.parseInt(args[5]), Integer.parseInt(args[6]), lengths(args[7]));
            } else {
                receive(aeron, args[2], Integer.parseInt(args[3]),
                    Integer.parseInt(args[4]), lengths(args[5]));
            }
        }
    }

    private static int[] lengths(String text) {
        return Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    private static byte contentAt(int publisher, int sequence, int index) {
        return (byte) (publisher * 13 + sequence * 31 + index * 7);
    }

    private static void send(Aeron aeron, String kind, String channel, int stream,
        int publisher, int count, int[] lengths) {
        try (Publication publication = kind.equals("shared")
                ? aeron.addPublication(channel, stream)
                : aeron.addExclusivePublication(channel, stream)) {
            UnsafeBuffer buffer = new UnsafeBuffer(new byte[Arrays.stream(lengths).max().getAsInt()]);
            BufferClaim claim = new BufferClaim();
            System.out.println("ready");
            for (int i = 0; i < count; i++) {
                int length = lengths[i % lengths.length];
                long reserved = ((long) publisher << 32) | i;
                boolean claims = kind.equals("claim") && length <= publication.maxPayloadLength();
                if (!claims) fill(buffer, 0, publisher, i, length);
                int tries = 0;
                for (;;) {
                    long result;
                    if (claims) {
                        result = publication.tryClaim(length, claim);
                        if (result > 0) {
                            UnsafeBuffer target = new UnsafeBuffer(claim.buffer());
                            fill(target, claim.offset(), publisher, i, length);
                            claim.reservedValue(reserved);
                            claim.commit();
                        }
                    } else {
                        result = publication.offer(buffer, 0, length, (b, o, l) -> reserved);
                    }
                    if (result > 0) break;
                    if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED) {
                        throw new IllegalStateException("offer: " + result);
                    }
                    if (++tries > 100) LockSupport.parkNanos(100_000);
                }
            }
            System.out.println("sent " + publication.position());
            // The last is received before this goes, where nobody lingers.
            while (publication.isConnected()) LockSupport.parkNanos(1_000_000);
        }
    }

    private static void fill(UnsafeBuffer buffer, int offset, int publisher, int sequence, int length) {
        for (int i = 0; i < length; i++) {
            buffer.putByte(offset + i, contentAt(publisher, sequence, i));
        }
    }

    private static void receive(Aeron aeron, String channel, int stream, int total, int[] lengths) {
        Map<Integer, Integer> next = new HashMap<>();
        int[] received = {0};
        FragmentHandler handler = new FragmentAssembler((buffer, offset, length, header) -> {
            int publisher = (int) (header.reservedValue() >> 32);
            int sequence = (int) header.reservedValue();
            int expected = next.getOrDefault(publisher, 0);
            if (sequence != expected) {
                throw new IllegalStateException(publisher + ": " + sequence + " instead of " + expected);
            }
            next.put(publisher, expected + 1);
            check(buffer, offset, length, publisher, sequence, lengths);
            received[0]++;
        });
        try (Subscription subscription = aeron.addSubscription(channel, stream)) {
            System.out.println("ready");
            int idle = 0;
            while (received[0] < total) {
                if (subscription.poll(handler, 64) > 0) idle = 0;
                else if (++idle > 100) LockSupport.parkNanos(100_000);
            }
            System.out.println("received " + received[0]);
        }
    }

    private static void check(DirectBuffer buffer, int offset, int length, int publisher,
        int sequence, int[] lengths) {
        if (length != lengths[sequence % lengths.length]) {
            throw new IllegalStateException("message " + sequence + " has " + length + " bytes");
        }
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(offset + i) != contentAt(publisher, sequence, i)) {
                throw new IllegalStateException("message " + sequence + " differs at " + i);
            }
        }
    }
}
