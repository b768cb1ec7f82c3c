package io.ipamrepair.bench;

import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Operation;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code generate}: a cluster as lines of JSON. */
@Command(
    name = "generate",
    description =
        "Prints a cluster's keys and values, one JSON object a line, in the order of writing.")
final class GenerateCommand implements Callable<Integer> {
  @Mixin SizeOptions size;

  @Override
  public Integer call() throws IOException {
    Cluster cluster = size.cluster();
    try (OutputStream out =
        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16)) {
      for (int turn = 0; turn < cluster.keys(); turn++) {
        Operation.Put put = cluster.write(turn);
        Json line =
            Json.Obj.of(
                "key", new Json.Text(put.key().display()),
                "value", new Json.Text(put.value().display()));
        out.write(line.encode().toArray());
        out.write('\n');
      }
    }
    return 0;
  }
}
