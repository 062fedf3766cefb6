import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

final class CheckVerify {
    public static void main(String[] args) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split("\t", -1);
            Map<String, String> headers =
                    Map.of("webhook-id", parts[2], "webhook-timestamp", parts[3], "webhook-signature", parts[4]);
            Instant now = Instant.ofEpochSecond(Long.parseLong(parts[0]));
            try {
                Verify.verify(headers, Base64.getDecoder().decode(parts[5]), parts[1], now);
                System.out.println("accepted");
            } catch (SecurityException refused) {
                System.out.println("refused");
            }
        }
    }
}
