package io.ipamrepair.source;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Redaction;
import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;

/**
 * Writes dumps, which {@link DumpFile} reads: everything that a source has, at one revision. The
 * file is new, for its owner only, and compressed when its name ends in {@code .gz}. It appears
 * when all of it has been read.
 */
public final class DumpWriter {
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final Optional<Supplier<Redaction>> redaction;
  private final int memory;

  /**
   * A dump to be.
   *
   * @param redaction makes what hides the names, from the first key on; nothing to keep them
   */
  public DumpWriter(Path file, Optional<Supplier<Redaction>> redaction) {
    this(file, redaction, SortedLines.STANDARD);
  }

  DumpWriter(Path file, Optional<Supplier<Redaction>> redaction, int memory) {
    this.file = file;
    this.redaction = redaction;
    this.memory = memory;
  }

  /**
   * What was written.
   *
   * @param origin where it was read
   * @param keys how many keys
   * @param revision the revision at which they were read
   * @param redacted whether names are pseudonyms
   */
  public record Written(Origin origin, long keys, long revision, boolean redacted) {}

  /**
   * Writes what {@code source} has.
   *
   * @throws java.nio.file.FileAlreadyExistsException when the file exists
   * @throws IOException when it cannot be written; then there is none
   */
  public Written write(StateSource source) throws EtcdException, SourceException, IOException {
    List<Body> begun = new ArrayList<>();
    try {
      Origin origin = source.origin();
      AtRevision<Body> read =
          source.forEach(
              () -> {
                Body body = new Body();
                begun.add(body);
                return body;
              },
              Body::add);
      return write(origin, read);
    } catch (UncheckedIOException failed) {
      throw failed.getCause();
    } finally {
      for (Body body : begun) {
        body.lines.close();
      }
    }
  }

  private Written write(Origin origin, AtRevision<Body> read) throws IOException {
    Body body = read.value();
    DumpLine.Header header =
        new DumpLine.Header(
            read.revision(),
            // The cluster's ID is a name too, and pseudonyms are of no use to it.
            origin.etcdClusterId().filter(id -> redaction.isEmpty()),
            body.guid,
            redaction.isPresent() || origin instanceof Origin.Dump dump && dump.redacted(),
            body.lines.count());
    try (FileChannel channel = NewFile.create(file)) {
      try {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
        out = file.toString().endsWith(".gz") ? new GZIPOutputStream(out, BUFFER) : out;
        OutputStream lines = new BufferedOutputStream(out, BUFFER);
        write(lines, DumpLine.of(header));
        body.lines.drainTo(line -> write(lines, line));
        lines.close();
      } catch (IOException failed) {
        Files.deleteIfExists(file);
        throw failed;
      }
    }
    return new Written(origin, header.keys(), header.revision(), header.redacted());
  }

  private static void write(OutputStream out, Bytes line) throws IOException {
    out.write(line.toArray());
    out.write('\n');
  }

  /** What was read so far; begun anew when reading starts again. */
  private final class Body {
    private final SortedLines lines = new SortedLines(file, memory);
    private final KeyLayout layout = new KeyLayout();
    private final Optional<Redaction> hidden = redaction.map(Supplier::get);
    private Optional<String> guid = Optional.empty();

    void add(KeyValue read) {
      KeyValue shown = hidden.map(each -> each.redacted(read)).orElse(read);
      if (shown.key().equals(layout.clusterInformationKey())) {
        guid = new IpamState.Builder(layout).add(shown).build(shown.modRevision()).guid();
      }
      try {
        lines.add(shown.key(), DumpLine.of(shown));
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }
}
