import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.codecs.SourceLocation;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.FragmentAssembler;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Records or replays with Aeron's own client: DIRECTORY record|replay STREAM COUNT [RECORDING].
 * Message i has 8 + i % 3000 bytes: i as a long, then bytes of the value i.
 */
public final class AeronArchivePeer {
  private static final String CHANNEL = "aeron:ipc?term-length=64k";

  public static void main(final String[] args) {
    final int stream = Integer.parseInt(args[2]);
    final int count = Integer.parseInt(args[3]);
    try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(args[0]));
        AeronArchive archive = AeronArchive.connect(new AeronArchive.Context()
            .aeron(aeron)
            .controlRequestChannel("aeron:ipc?term-length=64k")
            .controlResponseChannel("aeron:ipc?term-length=64k"))) {
      if ("record".equals(args[1])) {
        record(archive, stream, count);
      } else {
        replay(archive, stream, count, Long.parseLong(args[4]));
      }
    }
  }

  private static void record(final AeronArchive archive, final int stream, final int count) {
    final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);
    archive.startRecording(CHANNEL, stream, SourceLocation.LOCAL);
    try (ExclusivePublication publication = archive.context().aeron().addExclusivePublication(CHANNEL, stream)) {
      for (int i = 0; i < count; i++) {
        final int length = 8 + i % 3000;
        buffer.setMemory(8, length - 8, (byte)i);
        buffer.putLong(0, i);
        while (publication.offer(buffer, 0, length) < 0) {
          Thread.onSpinWait();
        }
      }
      final long recording = archive.findLastMatchingRecording(0, "aeron:ipc", stream, publication.sessionId());
      while (archive.getRecordingPosition(recording) < publication.position()) {
        Thread.onSpinWait();
      }
      System.out.println(recording + " " + publication.position());
    }
    archive.stopRecording(CHANNEL, stream);
  }

  private static void replay(final AeronArchive archive, final int stream, final int count, final long recording) {
    final int[] next = {0};
    final FragmentHandler handler = new FragmentAssembler((buffer, offset, length, header) -> {
      final int i = next[0]++;
      boolean right = length == 8 + i % 3000 && buffer.getLong(offset) == i;
      for (int at = 8; at < length; at++) {
        right &= buffer.getByte(offset + at) == (byte)i;
      }
      if (!right) {
        throw new IllegalStateException("message " + i + " is wrong: " + length + " bytes");
      }
    });
    try (Subscription subscription = archive.replay(recording, 0, Long.MAX_VALUE, CHANNEL, stream)) {
      while (next[0] < count) {
        if (subscription.poll(handler, 50) == 0) {
          Thread.yield();
        }
      }
    }
    System.out.println(next[0]);
  }
}
