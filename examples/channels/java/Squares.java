/*
 * Sends numbers to java_questions.ts through a ring buffer of Agrona, and checks
 * the squares that come back:
 *
 *   mvn -q org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
 *     -Dartifact=org.agrona:agrona:1.23.1 -DoutputDirectory=.
 *   java --add-opens=java.base/sun.nio.ch=ALL-UNNAMED -cp agrona-1.23.1.jar \
 *     examples/channels/java/Squares.java java 1000
 */

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

public final class Squares {
  private static final int NUMBER = 1;
  private static final int VERDICT = 2;
  /** A watchdog: nothing takes so long. */
  private static final long PATIENCE_NS = 60_000_000_000L;

  private static OneToOneRingBuffer open(final String name) {
    final File file = new File("/dev/shm/" + name);
    return new OneToOneRingBuffer(
        new UnsafeBuffer(IoUtil.mapExistingFile(file, name)));
  }

  public static void main(final String[] args) {
    final String name = args.length > 0 ? args[0] : "java";
    final long count = args.length > 1 ? Long.parseLong(args[1]) : 1000;
    final OneToOneRingBuffer out = open(name + "-to-deno");
    final OneToOneRingBuffer in = open(name + "-to-java");
    final UnsafeBuffer message =
        new UnsafeBuffer(ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder()));
    final long[] state = {0, 0};
    final long end = System.nanoTime() + PATIENCE_NS;
    long next = 1;
    while (state[0] < count && System.nanoTime() < end) {
      boolean idle = true;
      if (next <= count) {
        message.putLong(0, next);
        if (out.write(NUMBER, message, 0, Long.BYTES)) {
          next++;
          idle = false;
        }
      }
      final int received = in.read((typeId, buffer, index, length) -> {
        final long number = buffer.getLong(index);
        state[0]++;
        if (buffer.getLong(index + Long.BYTES) == number * number) state[1]++;
      });
      if (idle && received == 0) Thread.yield();
    }
    final byte[] verdict =
        (state[1] + " of " + count + " squares are right").getBytes(StandardCharsets.UTF_8);
    message.putBytes(0, verdict);
    while (!out.write(VERDICT, message, 0, verdict.length)) Thread.yield();
    System.out.println("Sent " + (next - 1) + " numbers");
  }
}
