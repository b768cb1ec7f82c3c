package io.ipamrepair.source;

import io.ipamrepair.kv.Bytes;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Lines by key, more of them than fit into memory: when there is enough, what was gathered is
 * sorted and put aside into a file of its own, and at the end all of them are merged. The files are
 * beside the target, where there is room, for their owner only, and go when this is closed; where
 * the system allows it they have no name from the beginning.
 */
final class SortedLines implements Closeable {
  /** So much is gathered before it is put aside. */
  static final int STANDARD = 64 << 20;

  /** What an entry costs besides its bytes, about. */
  private static final int OVERHEAD = 200;

  private static final int BUFFER = 1 << 16;

  private final Path target;
  private final int most;
  private final List<FileChannel> aside = new ArrayList<>();
  private NavigableMap<Bytes, Bytes> gathered = new TreeMap<>();
  private long bytes;
  private long count;

  /**
   * No lines yet.
   *
   * @param target the file that they are for
   * @param most how many bytes are held in memory, about
   */
  SortedLines(Path target, int most) {
    this.target = target;
    this.most = most;
  }

  /** Takes a line. */
  interface Sink {
    void take(Bytes line) throws IOException;
  }

  void add(Bytes key, Bytes line) throws IOException {
    gathered.put(key, line);
    count++;
    bytes += key.length() + line.length() + OVERHEAD;
    if (bytes > most) {
      putAside();
    }
  }

  long count() {
    return count;
  }

  /** Whether anything had to be put aside. */
  boolean isSpread() {
    return !aside.isEmpty();
  }

  private void putAside() throws IOException {
    Path folder = target.toAbsolutePath().getParent();
    FileChannel channel =
        FileChannel.open(
            Files.createTempFile(folder, "ipam-repair-", ".part"),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    aside.add(channel);
    Deflater fast = new Deflater(Deflater.BEST_SPEED);
    DeflaterOutputStream packed =
        new DeflaterOutputStream(Channels.newOutputStream(channel), fast, BUFFER);
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(packed, BUFFER));
    for (Map.Entry<Bytes, Bytes> each : gathered.entrySet()) {
      write(out, each.getKey());
      write(out, each.getValue());
    }
    out.flush();
    packed.finish();
    fast.end();
    channel.position(0);
    gathered = new TreeMap<>();
    bytes = 0;
  }

  private static void write(DataOutputStream out, Bytes content) throws IOException {
    out.writeInt(content.length());
    out.write(content.toArray());
  }

  /** Hands over every line, sorted by key; once. */
  void drainTo(Sink sink) throws IOException {
    if (!isSpread()) {
      for (Bytes line : gathered.values()) {
        sink.take(line);
      }
      return;
    }
    putAside();
    PriorityQueue<Cursor> cursors = new PriorityQueue<>(Comparator.comparing(Cursor::key));
    for (FileChannel channel : aside) {
      Cursor.first(channel).ifPresent(cursors::add);
    }
    while (!cursors.isEmpty()) {
      Cursor smallest = cursors.remove();
      sink.take(smallest.line());
      smallest.next().ifPresent(cursors::add);
    }
  }

  /** A place in one of the files. */
  private record Cursor(DataInputStream in, Bytes key, Bytes line) {
    static Optional<Cursor> first(FileChannel channel) throws IOException {
      return read(
          new DataInputStream(
              new BufferedInputStream(
                  new InflaterInputStream(Channels.newInputStream(channel)), BUFFER)));
    }

    Optional<Cursor> next() throws IOException {
      return read(in);
    }

    private static Optional<Cursor> read(DataInputStream in) throws IOException {
      in.mark(1);
      if (in.read() < 0) {
        return Optional.empty();
      }
      in.reset();
      Bytes key = content(in);
      return Optional.of(new Cursor(in, key, content(in)));
    }

    private static Bytes content(DataInputStream in) throws IOException {
      byte[] content = new byte[in.readInt()];
      in.readFully(content);
      return Bytes.of(content);
    }
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : aside) {
      channel.close();
    }
  }
}
