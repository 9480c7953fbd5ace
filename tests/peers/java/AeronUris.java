import io.aeron.ChannelUriStringBuilder;
import java.io.BufferedReader;
import java.io.InputStreamReader;

/** Has Aeron's own builder read each line's URI, and prints what it builds, or "refused". */
public final class AeronUris {
  public static void main(final String[] args) throws Exception {
    final BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(built(line));
    }
  }

  private static String built(final String uri) {
    try {
      return new ChannelUriStringBuilder(uri).validate().build();
    } catch (final RuntimeException error) {
      return "refused: " + error;
    }
  }
}
