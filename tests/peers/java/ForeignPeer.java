import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;
import org.agrona.concurrent.broadcast.CopyBroadcastReceiver;

/**
 * The other side of a broadcast that knows nothing of this library: it maps a
 * file that has capacity and trailer and not a byte more, and rings nobody. The
 * messages are those of channel_stream.ts.
 *
 * <pre>
 * transmit FILE CAPACITY COUNT BATCH   waits for a line before each batch
 * listen FILE CAPACITY COUNT BATCH     says "ready", and a line after each batch
 * </pre>
 *
 * Each says at the end the checksum of all messages.
 */
public final class ForeignPeer {
    private static final int TRAILER_LENGTH = 128;
    private static final int NUMBER_LENGTH = 4;
    private static final int LIMIT = 64;
    private static final int PRODUCER = 1;

    public static void main(String[] args) throws Exception {
        int capacity = Integer.parseInt(args[2]);
        int count = Integer.parseInt(args[3]);
        int batch = Integer.parseInt(args[4]);
        UnsafeBuffer buffer = map(args[1], capacity + TRAILER_LENGTH);
        if (args[0].equals("transmit")) {
            transmit(new BroadcastTransmitter(buffer), count, batch);
        } else {
            listen(new BroadcastReceiver(buffer), count, batch);
        }
    }

    private static void transmit(BroadcastTransmitter transmitter, int count, int batch)
        throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[LIMIT]);
        int checksum = 0;
        for (int number = 0; number < count; number++) {
            if (number % batch == 0 && input.readLine() == null) {
                throw new IllegalStateException("nobody listens any more");
            }
            int length = lengthOf(number);
            for (int i = 0; i < length; i++) {
                bytes.putByte(i, byteOf(number, i));
                checksum = addTo(checksum, byteOf(number, i));
            }
            transmitter.transmit(PRODUCER, bytes, 0, length);
        }
        System.out.println(checksum);
    }

    private static void listen(BroadcastReceiver inner, int count, int batch) {
        CopyBroadcastReceiver receiver = new CopyBroadcastReceiver(inner);
        int[] state = new int[2];
        System.out.println("ready");
        while (state[0] < count) {
            int read = receiver.receive((type, buffer, index, length) -> {
                int number = state[0]++;
                boolean whole = type == PRODUCER && length == lengthOf(number);
                for (int i = 0; whole && i < length; i++) {
                    whole = buffer.getByte(index + i) == byteOf(number, i);
                    state[1] = addTo(state[1], buffer.getByte(index + i));
                }
                if (!whole) {
                    throw new IllegalStateException("message " + number + " is damaged");
                }
            });
            if (read == 0) {
                Thread.yield();
            } else if (state[0] % batch == 0) {
                System.out.println("had " + state[0]);
            }
        }
        System.out.println(state[1]);
    }

    private static UnsafeBuffer map(String path, int length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path, "rw")) {
            if (file.length() != length) {
                throw new IllegalStateException(path + " has " + file.length() + " bytes");
            }
            MappedByteBuffer memory =
                file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, length);
            return new UnsafeBuffer(memory);
        }
    }

    private static int lengthOf(int number) {
        int mixed = (number ^ (number >>> 15)) * 0x2c1b3c6d;
        return NUMBER_LENGTH + (mixed >>> 16) % (LIMIT - NUMBER_LENGTH + 1);
    }

    private static byte byteOf(int number, int i) {
        return (byte) (i < NUMBER_LENGTH ? number >>> (8 * i) : number * 31 + i * 7 + PRODUCER);
    }

    private static int addTo(int checksum, byte value) {
        return (checksum ^ (value & 0xff)) * 0x01000193;
    }
}
