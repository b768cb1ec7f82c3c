package io.ipamrepair.kv;

import java.util.List;

/**
 * One flat etcd transaction. Flat, because a nested transaction whose condition fails does not stop
 * the rest (reference, etcd section 10.2).
 *
 * @param when the conditions; all must hold
 * @param then what happens, at one revision, if they do
 * @param otherwise what happens if one does not; only reads by this tool's custom
 */
public record Transaction(List<Compare> when, List<Operation> then, List<Operation> otherwise) {
  public Transaction {
    when = List.copyOf(when);
    then = List.copyOf(then);
    otherwise = List.copyOf(otherwise);
  }
}
