import { attribute, collapse, textOf, type TreeElement } from "../tree.ts";
import { type Availability, availabilityShown } from "./availability.ts";
import { BUY_NAME, type Naming } from "./naming.ts";
import type { PageView } from "./page_view.ts";

const BUY_TEXT =
  /^(add to (cart|basket|bag|trolley)|buy( it)? now|buy|purchase|in den warenkorb|in den einkaufswagen|ajouter au panier|acheter|añadir al carrito|añadir a la cesta|comprar|comprar já|aggiungi al carrello|acquista|in winkelwagen|toevoegen|dodaj do koszyka|do koszyka|do košíku|v košarico|dodaj u košaricu|lisa ostukorvi|adaugă în coş|adauga in cos|купить|в корзину|sepete ekle|הוסף לסל|הוספה לסל|הוסף לעגלה|הוספה לעגלה|קנה עכשיו|לרכישה|カートに入れる|加入購物車|立即購買|أضف إلى السلة|أضف الى السلة)\b|^(купить|в корзину|הוסף לסל|הוספה לסל|הוסף לעגלה|הוספה לעגלה|קנה עכשיו|לרכישה|カートに入れる|加入購物車|立即購買|أضف)/i;

/** What a page shows that makes it a shop's page for one product. */
export interface PageSigns {
  /** There is a button that buys. */
  buyable: boolean;
  availability?: Availability;
}

export function pageSigns(view: PageView): PageSigns {
  const buyable = view.buttons.some(({ element, naming }) => isBuyButton(element, naming));
  for (const { element } of view.stocks) {
    const availability = availabilityShown(textOf(element, 120));
    if (availability) return { buyable, availability };
  }
  return { buyable };
}

function isBuyButton(element: TreeElement, naming: Naming): boolean {
  const button = element.name === "button" || element.name === "input" ||
    (element.name === "a" && /\bbtn|button|cart|buy/i.test(naming.text));
  if (!button && element.name !== "form") return false;
  if (naming.buy) return true;
  const own = `${attribute(element, "name") ?? ""} ${attribute(element, "action") ?? ""}`.slice(0, 600);
  if (BUY_NAME.test(own)) return true;
  if (!button) return false;
  const text = attribute(element, "value") ?? attribute(element, "aria-label") ?? textOf(element, 60);
  return BUY_TEXT.test(collapse(text.slice(0, 80)));
}
