import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A process that sends, receives or answers messages with Aeron's own client, as
 * peer.ts does; the numbers are the same in both.
 *
 * <pre>
 * AeronBench DIRECTORY produce|consume KIND CHANNEL STREAM
 * AeronBench DIRECTORY lead|follow KIND CHANNEL STREAM
 *
 * Says "ready". Reads lines from stdin:
 * produce: LENGTH COUNT    says "done"
 * consume: LENGTH COUNT    says "ready", receives, says the sum of the first two
 *                          words of all messages, and the nanoseconds
 * lead, follow: COUNT      so many round trips and one more; says the nanoseconds
 * </pre>
 */
public final class AeronBench implements FragmentHandler {
    private static final int MARK = 0x5eed;
    private static final int LIMIT = 256;
    private static final int LOOKS = 2000;
    private static final long SLEEP_NANOSECONDS = 50_000;
    private static final int PING_LENGTH = 64;

    private int looks;
    private int checksum;
    private int heard = -1;

    public static void main(String[] args) throws Exception {
        String role = args[1];
        String channel = args[3];
        int stream = Integer.parseInt(args[4]);
        AeronBench bench = new AeronBench();
        Aeron.Context context = new Aeron.Context().aeronDirectoryName(args[0]);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        try (Aeron aeron = Aeron.connect(context)) {
            boolean leads = role.equals("lead");
            Publication publication = role.equals("consume") ? null
                : add(aeron, args[2], channel, role.equals("follow") ? stream + 1 : stream);
            Subscription subscription = role.equals("produce") ? null
                : aeron.addSubscription(channel, leads ? stream + 1 : stream);
            System.out.println("ready");
            String line;
            while ((line = lines.readLine()) != null) {
                String[] words = line.split(" ");
                int first = Integer.parseInt(words[0]);
                if (role.equals("produce")) {
                    bench.produce(publication, first, Integer.parseInt(words[1]));
                    System.out.println("done");
                } else if (role.equals("consume")) {
                    bench.checksum = 0;
                    System.out.println("ready");
                    long time = bench.consume(subscription, Integer.parseInt(words[1]));
                    System.out.println(bench.checksum + " " + time);
                } else {
                    bench.play(leads, publication, subscription, 1);
                    long start = System.nanoTime();
                    bench.play(leads, publication, subscription, first);
                    System.out.println(System.nanoTime() - start);
                }
            }
        }
    }

    private static Publication add(Aeron aeron, String kind, String channel, int stream) {
        return kind.equals("shared")
            ? aeron.addPublication(channel, stream)
            : aeron.addExclusivePublication(channel, stream);
    }

    private void produce(Publication publication, int length, int count) {
        UnsafeBuffer source = new UnsafeBuffer(new byte[length]);
        for (int i = 0; i < length; i += 4) {
            source.putInt(i, MARK);
        }
        for (int number = 0; number < count; number++) {
            source.putInt(0, number);
            if (publication.offer(source, 0, length) < 0) {
                do {
                    idle();
                } while (publication.offer(source, 0, length) < 0);
                looks = 0;
            }
        }
    }

    private long consume(Subscription subscription, int count) {
        while (subscription.poll(this, 1) == 0) {
            idle();
        }
        long start = System.nanoTime();
        int left = count - 1;
        while (left > 0) {
            int read = subscription.poll(this, LIMIT);
            if (read == 0) {
                idle();
            } else {
                looks = 0;
            }
            left -= read;
        }
        long time = System.nanoTime() - start;
        return Math.round((double) time * count / (count - 1));
    }

    private void play(boolean leads, Publication out, Subscription in, int turns) {
        UnsafeBuffer message = new UnsafeBuffer(new byte[PING_LENGTH]);
        FragmentHandler take = (buffer, offset, length, header) -> heard = buffer.getInt(offset);
        for (int turn = 0; turn < turns; turn++) {
            if (leads) say(out, message, turn);
            while (in.poll(take, 1) == 0) {
                Thread.onSpinWait();
            }
            if (heard != turn) throw new IllegalStateException("Heard " + heard);
            if (!leads) say(out, message, turn);
        }
    }

    private static void say(Publication out, UnsafeBuffer message, int turn) {
        message.putInt(0, turn);
        while (out.offer(message, 0, PING_LENGTH) < 0) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
        checksum += buffer.getInt(offset) + buffer.getInt(offset + 4);
    }

    private void idle() {
        looks++;
        if (looks < LOOKS) {
            Thread.onSpinWait();
        } else {
            LockSupport.parkNanos(SLEEP_NANOSECONDS);
        }
    }
}
