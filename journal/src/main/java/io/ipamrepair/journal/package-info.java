/**
 * The durable record of runs: a folder with one H2 file per run, hash-chained, on disk before
 * anything is sent to etcd. It knows nothing of Calico or etcd: what an entry says is bytes to it.
 */
package io.ipamrepair.journal;
