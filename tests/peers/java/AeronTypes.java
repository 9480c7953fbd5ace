import io.aeron.Aeron;
import io.aeron.Subscription;

/** Prints the type that a bridge carries with each message, and its length: DIRECTORY STREAM COUNT. */
public final class AeronTypes {
  public static void main(final String[] args) {
    final int count = Integer.parseInt(args[2]);
    final int[] seen = {0};
    try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(args[0]));
        Subscription subscription = aeron.addSubscription("aeron:ipc", Integer.parseInt(args[1]))) {
      System.out.println("ready");
      while (seen[0] < count) {
        subscription.poll((buffer, offset, length, header) -> {
          System.out.println((int)header.reservedValue() + " " + length);
          seen[0]++;
        }, 10);
        Thread.yield();
      }
    }
  }
}
