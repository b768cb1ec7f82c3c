/**
 * The rules that Calico's IPAM data must keep, one class each, and what breaks them: findings with
 * what they do to traffic and what repairs them; capacity. Pure: the same state gives the same
 * findings in the same order.
 */
package io.ipamrepair.check;
