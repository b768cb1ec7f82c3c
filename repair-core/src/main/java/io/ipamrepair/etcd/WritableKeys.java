package io.ipamrepair.etcd;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import java.util.List;

/**
 * The prefixes that this tool may write under, checked before anything is sent. etcd's own
 * permissions are not enough: some releases check them badly (reference, etcd section 10.4), and
 * often there are none.
 */
record WritableKeys(List<Bytes> prefixes) {
  WritableKeys {
    prefixes = List.copyOf(prefixes);
    if (prefixes.stream().anyMatch(Bytes::isEmpty)) {
      throw new IllegalArgumentException("an empty prefix would make every key writable");
    }
  }

  /**
   * Throws {@link IllegalArgumentException} if {@code transaction} could write a key outside the
   * prefixes.
   */
  void check(Transaction transaction) {
    check(transaction.then());
    check(transaction.otherwise());
  }

  private void check(List<Operation> operations) {
    for (Operation operation : operations) {
      boolean reads = operation instanceof Operation.Get;
      if (!reads && prefixes.stream().noneMatch(operation.key()::startsWith)) {
        throw new IllegalArgumentException(
            "refusing to write " + operation.key() + ": it lies outside " + prefixes);
      }
    }
  }
}
