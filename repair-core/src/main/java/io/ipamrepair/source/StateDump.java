package io.ipamrepair.source;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.KeyValue;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/**
 * A compressed dump of all IPAM keys as they are before a run, one JSON line per key, beside the
 * journal: the last resort, readable with {@code zcat}. Workload endpoints are left out; no run
 * writes them. Written as it is read, whatever its size.
 */
public final class StateDump {
  private final FileChannel channel;
  private final MessageDigest digest = sha256();
  private final GZIPOutputStream zip;

  private StateDump(FileChannel channel) throws IOException {
    this.channel = channel;
    // Reading starts again when its revision is compacted: then the file does too.
    channel.truncate(0);
    this.zip =
        new GZIPOutputStream(
            new DigestOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(channel)), digest));
  }

  /**
   * Writes what {@code etcd} has, at one revision, to {@code file}, which must not exist, forced to
   * the disk; returns the file's SHA-256 in hexadecimal.
   */
  public static String write(Etcd etcd, Path file) throws IOException, EtcdException {
    try (FileChannel channel = NewFile.create(file)) {
      return etcd.read(
              new KeyLayout().rangesWithoutEndpoints(), () -> begun(channel), StateDump::add)
          .value()
          .end();
    } catch (UncheckedIOException failed) {
      throw failed.getCause();
    }
  }

  /** The SHA-256 of a file as it is now, as {@link #write} returned it. */
  public static String sha256(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static StateDump begun(FileChannel channel) {
    try {
      return new StateDump(channel);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void add(KeyValue read) {
    try {
      zip.write(DumpLine.of(read).toArray());
      zip.write('\n');
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private String end() throws IOException {
    zip.finish();
    zip.flush();
    channel.force(true);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java runtime has SHA-256", impossible);
    }
  }
}
