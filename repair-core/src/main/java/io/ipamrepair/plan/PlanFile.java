package io.ipamrepair.plan;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.kv.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The plan file: deterministic, indented JSON, fit to be read in a pull request
 * (docs/plan-file.md). Its digest covers everything in it but itself.
 */
public final class PlanFile {
  /** The version of the format that this tool writes, and the only one it reads. */
  public static final int FORMAT = 1;

  private static final String DIGEST = "digest";

  private PlanFile() {}

  /** A plan as it was read from a file, and its digest. */
  public record Sealed(Plan plan, String digest) {}

  /** The text of the file for {@code plan}. */
  public static String write(Plan plan) {
    Json.Obj content = PlanWriter.json(plan);
    return PrettyJson.of(content.with(DIGEST, new Json.Text(digest(content))));
  }

  /** The digest of {@code plan}: {@code sha256:} and 64 hexadecimal digits. */
  public static String digest(Plan plan) {
    return digest(PlanWriter.json(plan));
  }

  /** Over the compact encoding, so that white space alone does not change it. */
  private static String digest(Json.Obj content) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.encode().toArray());
      return "sha256:" + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java runtime has SHA-256", impossible);
    }
  }

  /**
   * Reads a plan file.
   *
   * @param limits what a step may hold
   * @throws PlanFormatException with every problem at once, each one line
   */
  public static Sealed read(byte[] file, EtcdLimits limits) throws PlanFormatException {
    Json.Obj json;
    try {
      json = new JsonReader().readObject(Bytes.of(file));
    } catch (JsonFormatException damaged) {
      throw new PlanFormatException(List.of("not a plan file: " + damaged.getMessage()));
    }
    Json found = json.get(DIGEST).orElse(Json.Null.NULL);
    String expected = digest(json.without(DIGEST));
    PlanReader reader = new PlanReader(limits);
    Plan plan =
        reader.read(
            json,
            found.equals(new Json.Text(expected))
                ? List.of()
                : List.of(digestProblem(found, expected)));
    if (!digest(plan).equals(expected)) {
      throw new PlanFormatException(
          List.of(
              "the file says something in another way than this tool writes it, such as a time or"
                  + " bytes: a plan has one form only"));
    }
    return new Sealed(plan, expected);
  }

  private static String digestProblem(Json found, String expected) {
    return found instanceof Json.Text text
        ? "digest: the file says "
            + text.value()
            + ", its content has "
            + expected
            + ": it was changed after it was written"
        : "digest: missing";
  }

  /** The bytes of the file for {@code plan}. */
  public static byte[] bytes(Plan plan) {
    return write(plan).getBytes(StandardCharsets.UTF_8);
  }
}
