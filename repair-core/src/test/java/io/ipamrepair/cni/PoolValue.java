package io.ipamrepair.cni;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.cni.KeyStore.Stored;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;

/**
 * What a plugin reads of a pool. Selectors are not simulated: a pool selects every node.
 *
 * @param network its CIDR, host bits taken off, as Calico does at run time
 */
record PoolValue(Cidr network, int blockSize, boolean disabled) {
  private static final int BLOCK_SIZE = 26;

  static PoolValue read(Stored stored) {
    try {
      Json.Obj spec =
          (Json.Obj)
              new JsonReader().readObject(Bytes.utf8(stored.value())).get("spec").orElseThrow();
      String selector = spec.text("nodeSelector").orElse("all()");
      if (!selector.equals("all()")) {
        throw new IllegalArgumentException("a pool with the selector " + selector);
      }
      String[] cidr = spec.needText("cidr").split("/");
      int length = Integer.parseInt(cidr[1]);
      return new PoolValue(
          new Cidr(IpAddress.read(cidr[0]).orElseThrow().masked(length), length),
          spec.get("blockSize")
              .map(size -> Integer.parseInt(((Json.Num) size).literal()))
              .orElse(BLOCK_SIZE),
          spec.get("disabled").orElse(Json.Bool.FALSE) == Json.Bool.TRUE);
    } catch (JsonFormatException broken) {
      throw new IllegalArgumentException("no pool: " + stored, broken);
    }
  }

  int blocks() {
    return 1 << (blockSize - network.prefixLength());
  }

  Cidr block(int place) {
    int size = new Cidr(network.base(), blockSize).ordinals();
    return new Cidr(network.base().plus((long) place * size), blockSize);
  }
}
