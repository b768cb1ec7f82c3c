package io.ipamrepair.source;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A dump: one line of JSON for each key, sorted by key bytes, and a first line that says what it is
 * of (docs/sources.md). The first line may be missing; then the revision is the highest that a key
 * has. Compressed or not, whatever the name says.
 */
public final class DumpFile implements FileSource {
  /** A line holds a value of etcd's, 1.5 MiB unless it is told otherwise, with JSON's escapes. */
  private static final int LONGEST_LINE = 64 << 20;

  private static final int BUFFER = 1 << 16;
  private static final int GZIP_FIRST = 0x1f;
  private static final int GZIP_SECOND = 0x8b;

  private final Path path;
  private final Origin.Dump origin;
  private final Optional<DumpLine.Header> header;
  private final JsonReader json = JsonReader.keepingHalfPairs();
  private final List<KeyRange> ranges = new KeyLayout().ranges();

  private DumpFile(Path path, Origin.Dump origin, Optional<DumpLine.Header> header) {
    this.path = path;
    this.origin = origin;
    this.header = header;
  }

  /**
   * Opens a dump and reads its first line.
   *
   * @param name the file as it was given, for messages
   * @throws SourceException when it cannot be read or is damaged
   */
  public static DumpFile open(Path path, String name) throws SourceException {
    Origin.Dump unknown = new Origin.Dump(name, Optional.empty(), false);
    DumpFile file = new DumpFile(path, unknown, Optional.empty());
    try (Lines lines = file.lines()) {
      Optional<Bytes> first = lines.next();
      if (first.isEmpty()) {
        throw lines.damaged("a line for each key", "nothing");
      }
      Json.Obj line = DumpLine.json(file.json, first.get());
      if (!DumpLine.isHeader(line)) {
        return file;
      }
      DumpLine.Header header = DumpLine.header(line);
      return new DumpFile(
          path,
          new Origin.Dump(name, header.etcdClusterId(), header.redacted()),
          Optional.of(header));
    } catch (DumpLine.FormatException wrong) {
      throw SourceException.damaged(unknown.words() + ", line 1,", wrong.expected(), wrong.found());
    } catch (IOException unreadable) {
      throw SourceException.unreadable(unknown.words(), unreadable);
    }
  }

  @Override
  public Origin origin() {
    return origin;
  }

  @Override
  public <T> AtRevision<T> forEach(Supplier<T> fresh, BiConsumer<? super T, KeyValue> sink)
      throws SourceException {
    T result = fresh.get();
    try (Lines lines = lines()) {
      if (header.isPresent()) {
        lines.next();
      }
      long highest = 0;
      long keys = 0;
      Optional<Bytes> last = Optional.empty();
      for (Optional<Bytes> line = lines.next(); line.isPresent(); line = lines.next()) {
        KeyValue read = keyValue(lines, line.get());
        if (last.isPresent() && last.get().compareTo(read.key()) >= 0) {
          throw lines.damaged("a key behind " + last.get(), read.key().toString());
        }
        last = Optional.of(read.key());
        highest = Math.max(highest, read.modRevision());
        keys++;
        if (ranges.stream().anyMatch(range -> range.contains(read.key()))) {
          sink.accept(result, read);
        }
      }
      return new AtRevision<>(revision(lines, keys, highest), result);
    } catch (IOException unreadable) {
      throw SourceException.unreadable(origin.words(), unreadable);
    }
  }

  private KeyValue keyValue(Lines lines, Bytes line) throws SourceException {
    try {
      return DumpLine.keyValue(DumpLine.json(json, line));
    } catch (DumpLine.FormatException wrong) {
      throw lines.damaged(wrong.expected(), wrong.found());
    }
  }

  /** The revision of the dump, once it is known to be whole. */
  private long revision(Lines lines, long keys, long highest) throws SourceException {
    if (header.isEmpty()) {
      return Math.max(1, highest);
    }
    if (header.get().keys() != keys) {
      throw lines.damaged(
          header.get().keys() + " keys, as the first line says", keys + ": it was cut or changed");
    }
    if (header.get().revision() < highest) {
      throw lines.damaged(
          "no key younger than revision " + header.get().revision(), "one of revision " + highest);
    }
    return header.get().revision();
  }

  private Lines lines() throws IOException, SourceException {
    InputStream raw = new BufferedInputStream(Files.newInputStream(path), BUFFER);
    try {
      return new Lines(raw, origin.words());
    } catch (EOFException | ZipException damaged) {
      raw.close();
      throw SourceException.damaged(origin.words(), "a gzip file", "a damaged one");
    } catch (IOException unreadable) {
      raw.close();
      throw unreadable;
    }
  }

  /** The lines of a file, one at a time: a dump may be larger than the memory. */
  private static final class Lines implements Closeable {
    private final InputStream in;
    private final String source;
    private final byte[] buffer = new byte[BUFFER];
    private int from;
    private int to;
    private long number;

    Lines(InputStream raw, String source) throws IOException {
      this.source = source;
      raw.mark(2);
      boolean zipped = raw.read() == GZIP_FIRST && raw.read() == GZIP_SECOND;
      raw.reset();
      in = zipped ? new GZIPInputStream(raw, BUFFER) : raw;
    }

    /** The next line that is not empty, without its end; nothing at the end of the file. */
    Optional<Bytes> next() throws IOException, SourceException {
      ByteArrayOutputStream line = new ByteArrayOutputStream(2048);
      boolean ended = false;
      while (!ended && isFilled()) {
        int end = from;
        while (end < to && buffer[end] != '\n') {
          end++;
        }
        line.write(buffer, from, end - from);
        boolean atEnd = end < to;
        from = atEnd ? end + 1 : end;
        number += atEnd ? 1 : 0;
        ended = atEnd && line.size() > 0;
        if (line.size() > LONGEST_LINE) {
          throw damaged("lines of at most " + LONGEST_LINE + " bytes", "a longer one");
        }
      }
      return line.size() == 0 ? Optional.empty() : Optional.of(Bytes.of(line.toByteArray()));
    }

    /** Whether there is more to take. */
    private boolean isFilled() throws IOException, SourceException {
      if (from < to) {
        return true;
      }
      try {
        from = 0;
        to = Math.max(0, in.read(buffer));
        return to > 0;
      } catch (EOFException | ZipException damaged) {
        throw damaged("a whole gzip file", "a damaged one: " + damaged.getMessage());
      }
    }

    SourceException damaged(String expected, String found) {
      return SourceException.damaged(source + ", line " + number + ",", expected, found);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
