/**
 * Keys and values as etcd has them, and transactions over them, as plain values. Pure: nothing here
 * talks to etcd, knows Calico, or does I/O. The rooms that plan and the room that commits share
 * these words and nothing else.
 */
package io.ipamrepair.kv;
