package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.source.NewFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * A compressed dump of all IPAM keys as they are before a run, one JSON line per key, beside the
 * journal: the last resort, readable with {@code zcat}. Workload endpoints are left out; no run
 * writes them.
 */
final class StateDump {
  private StateDump() {}

  /**
   * Writes {@code state} to {@code file}, which must not exist, forced to the disk; returns the
   * file's SHA-256 in hexadecimal.
   */
  static String write(IpamState state, Path file) throws IOException {
    MessageDigest digest = sha256();
    try (FileChannel channel = NewFile.create(file)) {
      GZIPOutputStream zip =
          new GZIPOutputStream(new DigestOutputStream(Channels.newOutputStream(channel), digest));
      for (Stored<?> stored : state.all()) {
        write(stored, zip);
      }
      zip.finish();
      channel.force(true);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void write(Stored<?> stored, OutputStream out) throws IOException {
    if (stored.bytes().isEmpty()) {
      return;
    }
    Bytes value = stored.bytes().get();
    Map<String, Json> line = new LinkedHashMap<>();
    put(line, "key", stored.key());
    put(line, "value", value);
    line.put("createRevision", Json.Num.of(stored.createRevision()));
    line.put("modRevision", Json.Num.of(stored.modRevision()));
    out.write(new Json.Obj(line).encode().toArray());
    out.write("\n".getBytes(StandardCharsets.UTF_8));
  }

  private static void put(Map<String, Json> line, String name, Bytes bytes) {
    bytes
        .text()
        .ifPresentOrElse(
            text -> line.put(name, new Json.Text(text)),
            () ->
                line.put(
                    name + "Base64",
                    new Json.Text(Base64.getEncoder().encodeToString(bytes.toArray()))));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java runtime has SHA-256", impossible);
    }
  }
}
