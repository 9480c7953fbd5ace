import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;
import org.agrona.concurrent.broadcast.CopyBroadcastReceiver;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/**
 * The other side of channel tests, with Agrona's own classes. The messages are
 * those of channel_stream.ts.
 *
 * <pre>
 * send KIND FILE CAPACITY COUNT PRODUCER...    one thread for each producer
 * receive KIND FILE CAPACITY COUNT PRODUCERS   COUNT of each
 * transmit FILE CAPACITY COUNT LIMIT WINDOW    broadcast; no window: no waiting
 * listen FILE CAPACITY COUNT LIMIT             says "ready" when it has attached
 * </pre>
 *
 * Each says for every producer the checksum of all its messages.
 *
 * What is behind the region of a broadcast: a 64-bit word with the number of
 * messages that the receiver has had.
 */
public final class ChannelPeer {
    private static final int NUMBER_LENGTH = 4;
    private static final int LIMIT = 64;

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "send" -> send(args);
            case "receive" -> receive(args);
            case "transmit" -> transmit(args);
            case "listen" -> listen(args);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void send(String[] args) throws Exception {
        RingBuffer ring = ring(args[1], args[2], Integer.parseInt(args[3]));
        int count = Integer.parseInt(args[4]);
        List<Thread> threads = new ArrayList<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int i = 5; i < args.length; i++) {
            int producer = Integer.parseInt(args[i]);
            Thread thread = new Thread(() -> produce(ring, producer, count));
            thread.setUncaughtExceptionHandler((ignored, error) -> failure.set(error));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new IllegalStateException(failure.get());
        }
    }

    private static void produce(RingBuffer ring, int producer, int count) {
        int limit = Math.min(LIMIT, ring.maxMsgLength());
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[limit]);
        int checksum = 0;
        for (int number = 0; number < count; number++) {
            int length = lengthOf(number, limit);
            fill(bytes, producer, number, length);
            checksum = addTo(checksum, bytes, 0, length);
            // Both ways of writing in turn.
            if (number % 2 == 0) {
                while (!ring.write(producer, bytes, 0, length)) {
                    Thread.yield();
                }
            } else {
                int index;
                while ((index = ring.tryClaim(producer, length)) < 0) {
                    Thread.yield();
                }
                ring.buffer().putBytes(index, bytes, 0, length);
                ring.commit(index);
            }
        }
        System.out.println(producer + " " + checksum);
    }

    private static void receive(String[] args) throws Exception {
        RingBuffer ring = ring(args[1], args[2], Integer.parseInt(args[3]));
        int count = Integer.parseInt(args[4]);
        int producers = Integer.parseInt(args[5]);
        int limit = Math.min(LIMIT, ring.maxMsgLength());
        int[] next = new int[producers];
        int[] checksums = new int[producers];
        long left = (long) count * producers;
        while (left > 0) {
            int read = ring.read((type, buffer, index, length) -> {
                int number = buffer.getInt(index);
                if (number != next[type - 1]++) {
                    throw new IllegalStateException(
                        number + " of " + type + " came out of order");
                }
                check(type, number, limit, buffer, index, length);
                checksums[type - 1] = addTo(checksums[type - 1], buffer, index, length);
            }, 64);
            left -= read;
            if (read == 0) {
                Thread.yield();
            }
        }
        for (int producer = 1; producer <= producers; producer++) {
            System.out.println(producer + " " + checksums[producer - 1]);
        }
    }

    private static void transmit(String[] args) throws Exception {
        int capacity = Integer.parseInt(args[2]);
        int count = Integer.parseInt(args[3]);
        int limit = Integer.parseInt(args[4]);
        long window = Long.parseLong(args[5]);
        UnsafeBuffer file = map(args[1], capacity + 128 + 8);
        BroadcastTransmitter transmitter =
            new BroadcastTransmitter(new UnsafeBuffer(file, 0, capacity + 128));
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[limit]);
        int checksum = 0;
        for (int number = 0; number < count; number++) {
            while (window > 0 && number - file.getLongVolatile(capacity + 128) >= window) {
                Thread.yield();
            }
            int length = lengthOf(number, limit);
            fill(bytes, 1, number, length);
            checksum = addTo(checksum, bytes, 0, length);
            transmitter.transmit(1, bytes, 0, length);
        }
        System.out.println("1 " + checksum);
    }

    private static void listen(String[] args) throws Exception {
        int capacity = Integer.parseInt(args[2]);
        int count = Integer.parseInt(args[3]);
        int limit = Integer.parseInt(args[4]);
        UnsafeBuffer file = map(args[1], capacity + 128 + 8);
        CopyBroadcastReceiver receiver = new CopyBroadcastReceiver(
            new BroadcastReceiver(new UnsafeBuffer(file, 0, capacity + 128)));
        System.out.println("ready");
        int[] state = new int[2];
        int received = 0;
        while (state[0] < count) {
            int read = receiver.receive((type, buffer, index, length) -> {
                int number = buffer.getInt(index);
                if (number != state[0]++) {
                    throw new IllegalStateException(number + " came out of order");
                }
                check(type, number, limit, buffer, index, length);
                state[1] = addTo(state[1], buffer, index, length);
            });
            received += read;
            if (read == 0) {
                Thread.yield();
            } else {
                file.putLongOrdered(capacity + 128, received);
            }
        }
        System.out.println("1 " + state[1]);
    }

    private static RingBuffer ring(String kind, String path, int capacity) throws Exception {
        UnsafeBuffer buffer = map(path, capacity + 768);
        return kind.equals("one-to-one")
            ? new OneToOneRingBuffer(buffer)
            : new ManyToOneRingBuffer(buffer);
    }

    private static UnsafeBuffer map(String path, int length) throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(path, "rw")) {
            MappedByteBuffer memory =
                file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, length);
            return new UnsafeBuffer(memory);
        }
    }

    private static int lengthOf(int number, int limit) {
        int mixed = (number ^ (number >>> 15)) * 0x2c1b3c6d;
        return NUMBER_LENGTH + (mixed >>> 16) % (limit - NUMBER_LENGTH + 1);
    }

    private static void fill(MutableDirectBuffer bytes, int producer, int number, int length) {
        bytes.putInt(0, number);
        for (int i = NUMBER_LENGTH; i < length; i++) {
            bytes.putByte(i, (byte) (number * 31 + i * 7 + producer));
        }
    }

    private static void check(
        int producer, int number, int limit, MutableDirectBuffer bytes, int index, int length) {
        boolean whole = length == lengthOf(number, limit);
        for (int i = NUMBER_LENGTH; i < length; i++) {
            whole &= bytes.getByte(index + i) == (byte) (number * 31 + i * 7 + producer);
        }
        if (!whole) {
            throw new IllegalStateException(
                "message " + number + " of producer " + producer + " is damaged");
        }
    }

    private static int addTo(int checksum, MutableDirectBuffer bytes, int index, int length) {
        for (int i = 0; i < length; i++) {
            checksum = (checksum ^ (bytes.getByte(index + i) & 0xff)) * 0x01000193;
        }
        return checksum;
    }
}
