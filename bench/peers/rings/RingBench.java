import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.locks.LockSupport;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/**
 * A process that produces or consumes messages with Agrona's own classes, as
 * rings.ts does; the numbers are the same in both.
 *
 * <pre>
 * RingBench FILE produce|consume KIND
 *
 * Says "ready". Reads lines from stdin:
 * write LENGTH COUNT    produces; says "done"
 * read LENGTH COUNT     says "ready", consumes, says the sum of the first two
 *                       words of all messages, and the nanoseconds
 * </pre>
 */
public final class RingBench implements MessageHandler {
    private static final int TYPE_ID = 1;
    private static final int MARK = 0x5eed;
    private static final int LIMIT = 256;
    private static final int LOOKS = 2000;
    private static final long SLEEP_NANOSECONDS = 50_000;

    private final RingBuffer ring;
    private int looks;
    private int checksum;

    private RingBench(RingBuffer ring) {
        this.ring = ring;
    }

    public static void main(String[] args) throws Exception {
        UnsafeBuffer buffer = map(args[0]);
        RingBench bench = new RingBench(args[2].equals("one-to-one")
            ? new OneToOneRingBuffer(buffer)
            : new ManyToOneRingBuffer(buffer));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        System.out.println("ready");
        String line;
        while ((line = lines.readLine()) != null) {
            String[] words = line.split(" ");
            int length = Integer.parseInt(words[1]);
            int count = Integer.parseInt(words[2]);
            if (words[0].equals("write")) {
                bench.produce(length, count);
                System.out.println("done");
            } else if (words[0].equals("read")) {
                bench.checksum = 0;
                System.out.println("ready");
                long time = bench.consume(count);
                System.out.println(bench.checksum + " " + time);
            } else {
                throw new IllegalArgumentException("There is no way " + words[0]);
            }
        }
    }

    private static UnsafeBuffer map(String path) throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(path, "rw")) {
            MappedByteBuffer bytes =
                file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, file.length());
            return new UnsafeBuffer(bytes);
        }
    }

    private void produce(int length, int count) {
        UnsafeBuffer source = new UnsafeBuffer(new byte[length]);
        for (int i = 0; i < length; i += 4) {
            source.putInt(i, MARK);
        }
        for (int number = 0; number < count; number++) {
            source.putInt(0, number);
            if (!ring.write(TYPE_ID, source, 0, length)) {
                do {
                    idle();
                } while (!ring.write(TYPE_ID, source, 0, length));
                looks = 0;
            }
        }
    }

    private long consume(int count) {
        while (ring.read(this, 1) == 0) {
            idle();
        }
        long start = System.nanoTime();
        int left = count - 1;
        while (left > 0) {
            int read = ring.read(this, LIMIT);
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

    @Override
    public void onMessage(int type, MutableDirectBuffer buffer, int index, int length) {
        checksum += buffer.getInt(index) + buffer.getInt(index + 4);
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
