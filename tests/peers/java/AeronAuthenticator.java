import io.aeron.security.Authenticator;
import io.aeron.security.AuthenticatorSupplier;
import io.aeron.security.SessionProxy;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Lets in who says "secret" at once, or "ask" and then "riddle solved" to its challenge. */
public final class AeronAuthenticator implements AuthenticatorSupplier, Authenticator {
  private final Map<Long, String> said = new HashMap<>();

  public Authenticator get() {
    return this;
  }

  public void onConnectRequest(final long session, final byte[] credentials, final long nowMs) {
    said.put(session, new String(credentials, StandardCharsets.US_ASCII));
  }

  public void onChallengeResponse(final long session, final byte[] credentials, final long nowMs) {
    said.put(session, new String(credentials, StandardCharsets.US_ASCII));
  }

  public void onConnectedSession(final SessionProxy session, final long nowMs) {
    final String text = said.get(session.sessionId());
    if ("ask".equals(text)) {
      session.challenge("riddle".getBytes(StandardCharsets.US_ASCII));
    } else {
      decide(session, "secret".equals(text));
    }
  }

  public void onChallengedSession(final SessionProxy session, final long nowMs) {
    final String text = said.get(session.sessionId());
    if (!"ask".equals(text)) {
      decide(session, "riddle solved".equals(text));
    }
  }

  private static void decide(final SessionProxy session, final boolean right) {
    if (right) {
      session.authenticate("someone".getBytes(StandardCharsets.US_ASCII));
    } else {
      session.reject();
    }
  }
}
