import type { TreeElement } from "../tree.ts";
import type { Naming } from "./naming.ts";

/** An element of the page with what is known of it from the elements around it. */
export interface Seen {
  element: TreeElement;
  naming: Naming;
  /** Place in the document, in elements. */
  order: number;
  hidden: boolean;
  /** Points against it for standing among recommendations, in a menu, in a cart. */
  elsewhere: number;
  /** It or an element around it calls itself a price. */
  inPrice: boolean;
}
