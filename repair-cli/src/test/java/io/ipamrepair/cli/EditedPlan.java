package io.ipamrepair.cli;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.kv.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;

/** A plan file as somebody edits it who makes the digest fit. */
record EditedPlan(Json.Obj content) {
  /** The content of a file, its old digest aside. */
  static EditedPlan of(byte[] file) throws JsonFormatException {
    return new EditedPlan(new JsonReader().readObject(Bytes.of(file)).without("digest"));
  }

  /**
   * The same with another member.
   *
   * @param path {@code findings.introduced}, {@code steps.0.writes.1.after}
   */
  EditedPlan with(String path, UnaryOperator<Json> edit) {
    return new EditedPlan((Json.Obj) edited(content, List.of(path.split("\\.")), edit));
  }

  private static Json edited(Json at, List<String> path, UnaryOperator<Json> edit) {
    if (path.isEmpty()) {
      return edit.apply(at);
    }
    String name = path.get(0);
    List<String> rest = path.subList(1, path.size());
    if (at instanceof Json.Array array) {
      List<Json> items = new ArrayList<>(array.items());
      int index = Integer.parseInt(name);
      items.set(index, edited(items.get(index), rest, edit));
      return new Json.Array(items);
    }
    Json.Obj object = (Json.Obj) at;
    return object.with(name, edited(object.get(name).orElseThrow(), rest, edit));
  }

  /** The file, with the digest that fits. */
  byte[] bytes() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.encode().toArray());
      String digest = "sha256:" + HexFormat.of().formatHex(hash);
      return PrettyJson.of(content.with("digest", new Json.Text(digest)))
          .getBytes(StandardCharsets.UTF_8);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
