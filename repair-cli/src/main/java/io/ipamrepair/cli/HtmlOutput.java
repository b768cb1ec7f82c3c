package io.ipamrepair.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Supplier;

/** Writes the page of a command, where one is wanted; never over an existing file. */
final class HtmlOutput {
  private final Session session;
  private final Optional<Path> file;

  private HtmlOutput(Session session, Optional<Path> file) {
    this.session = session;
    this.file = file;
  }

  /** Refuses at once, before anything is read, where the file exists or its folder does not. */
  static HtmlOutput at(Session session, HtmlOption option) {
    HtmlOutput output = new HtmlOutput(session, option.file.map(session::resolve));
    output.file.ifPresent(output::refuseUnlessNew);
    return output;
  }

  private void refuseUnlessNew(Path page) {
    // What is no file, such as a link to nowhere, is there too.
    if (Files.exists(page, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      throw exists(page);
    } else if (!Files.isDirectory(page.getParent())) {
      throw unwritable(page, "there is no folder " + session.shown(page.getParent()));
    } else if (!Files.isWritable(page.getParent())) {
      throw unwritable(
          page, "the folder " + session.shown(page.getParent()) + " cannot be written to");
    }
  }

  private CommandFailure exists(Path page) {
    return new CommandFailure(
        ExitCode.USAGE,
        "--html " + session.shown(page) + " exists already; an existing file is never overwritten");
  }

  private CommandFailure unwritable(Path page, String reason) {
    return new CommandFailure(
        ExitCode.USAGE, "the page cannot be written to " + session.shown(page) + ": " + reason);
  }

  /** Makes the page and writes it, and says so; nothing where none is wanted. */
  void write(Supplier<String> html) {
    file.ifPresent(page -> write(page, html.get()));
  }

  private void write(Path page, String html) {
    try {
      Files.writeString(page, html, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException taken) {
      throw exists(page);
    } catch (IOException failed) {
      throw unwritable(page, failed.toString());
    }
    session.terminal().message("Wrote page " + session.shown(page) + ".");
  }
}
