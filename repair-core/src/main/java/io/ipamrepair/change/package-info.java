/**
 * What can be done to Calico's values, by Calico's own rules (reference, sections 5 and 9): edits
 * in an object's own terms, the conditions under which they are right, and the changes that repairs
 * are made of. Pure.
 */
package io.ipamrepair.change;
