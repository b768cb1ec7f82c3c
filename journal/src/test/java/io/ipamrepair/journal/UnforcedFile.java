package io.ipamrepair.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A file as the kernel holds it: what processes see, and which writes of it the disk has not got
 * yet.
 */
final class UnforcedFile {
  private final Path file;
  private byte[] content;
  private int size;
  private boolean onDisk;
  private final List<Pending> pending = new ArrayList<>();

  /** A write, or the cutting of the file, that is not on the disk. */
  private interface Pending {
    void to(FileChannel disk) throws IOException;
  }

  private UnforcedFile(Path file, byte[] content) {
    this.file = file;
    this.content = content;
    this.size = content.length;
    this.onDisk = content.length > 0;
  }

  static UnforcedFile read(Path file) {
    try {
      return new UnforcedFile(file, Files.readAllBytes(file));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  synchronized int size() {
    return size;
  }

  synchronized int read(ByteBuffer destination, long position) {
    if (position >= size) {
      return -1;
    }
    int length = (int) Math.min(destination.remaining(), size - position);
    destination.put(content, (int) position, length);
    return length;
  }

  synchronized void write(ByteBuffer source, long position) {
    byte[] bytes = new byte[source.remaining()];
    source.get(bytes);
    int end = Math.toIntExact(position + bytes.length);
    if (end > content.length) {
      content = Arrays.copyOf(content, Math.max(end, 2 * content.length));
    }
    System.arraycopy(bytes, 0, content, (int) position, bytes.length);
    size = Math.max(size, end);
    pending.add(
        disk -> {
          ByteBuffer rest = ByteBuffer.wrap(bytes);
          while (rest.hasRemaining()) {
            disk.write(rest, position + rest.position());
          }
        });
  }

  synchronized void truncate(long length) {
    int end = Math.toIntExact(length);
    if (end < size) {
      // What is behind the end reads as zeros when the file grows again.
      Arrays.fill(content, end, size, (byte) 0);
      size = end;
      pending.add(disk -> disk.truncate(length));
    }
  }

  synchronized void write() {
    put(pending);
    pending.clear();
    onDisk = true;
  }

  /** Of a file that was never forced not even the name is there afterwards. */
  synchronized void lose() {
    pending.clear();
    if (!onDisk) {
      remove();
    }
  }

  synchronized void loseSome(RandomGenerator chance) {
    if (!onDisk && chance.nextBoolean()) {
      lose();
      return;
    }
    put(pending.stream().filter(each -> chance.nextBoolean()).toList());
    pending.clear();
  }

  private void remove() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void put(List<Pending> writes) {
    if (writes.isEmpty()) {
      return;
    }
    try (FileChannel disk = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (Pending each : writes) {
        each.to(disk);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
