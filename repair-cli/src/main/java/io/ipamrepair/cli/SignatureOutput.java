package io.ipamrepair.cli;

import io.ipamrepair.approval.SignatureFile;
import io.ipamrepair.kv.Bytes;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The signatures beside a plan: every {@code PLAN.sig}, as {@code ssh-keygen -Y sign} names it, and
 * {@code PLAN.ANYTHING.sig}.
 */
final class SignatureOutput {
  private static final String SUFFIX = ".sig";

  /** Of a signature by the longest key there is it is a small part. */
  private static final long LARGEST = 64 * 1024;

  private static final int NAMES = 100;

  private final Session session;

  SignatureOutput(Session session) {
    this.session = session;
  }

  /** All that lie beside {@code plan}, by name. */
  static List<SignatureFile> beside(Path plan) {
    List<SignatureFile> found = new ArrayList<>();
    String name = plan.getFileName().toString();
    Path folder = plan.toAbsolutePath().getParent();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path each : files) {
        String other = each.getFileName().toString();
        boolean isOne =
            other.equals(name + SUFFIX) || other.startsWith(name + ".") && other.endsWith(SUFFIX);
        if (isOne && Files.isRegularFile(each)) {
          found.add(
              new SignatureFile(
                  other,
                  Files.size(each) > LARGEST ? Bytes.EMPTY : Bytes.of(Files.readAllBytes(each))));
        }
      }
    } catch (IOException unreadable) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "the signatures beside " + plan + " cannot be read: " + unreadable.getMessage());
    }
    found.sort(Comparator.comparing(SignatureFile::name));
    return found;
  }

  /** Signs a plan file and writes the signature beside it, under the user's name. */
  Path sign(Path plan, byte[] content, SshKey key) {
    Bytes signature = key.sign(content);
    String who = session.userName().replaceAll("[^A-Za-z0-9_-]", "_");
    for (int i = 1; i <= NAMES; i++) {
      Path file =
          plan.resolveSibling(plan.getFileName() + "." + who + (i == 1 ? "" : "-" + i) + SUFFIX);
      try {
        Files.write(file, signature.toArray(), StandardOpenOption.CREATE_NEW);
        return file;
      } catch (FileAlreadyExistsException taken) {
        // Somebody of that name signed before; theirs stays.
      } catch (IOException failed) {
        throw new CommandFailure(
            ExitCode.USAGE,
            "the signature cannot be written to " + file + ": " + failed.getMessage());
      }
    }
    throw new CommandFailure(ExitCode.USAGE, "no free name for a signature beside " + plan);
  }
}
