import { attribute, collapse, find, textOf, type TreeElement, walk } from "../tree.ts";
import { isHidden } from "../visibility.ts";
import { type Availability, availabilityShown } from "./availability.ts";

const BUY_NAME =
  /add-?_?to-?_?(cart|basket|bag|trolley)|addtocart|addtobasket|buy-?_?(now|box|button|btn)|buybox|btn-?(cart|buy)|in-?den-?warenkorb|single_add_to_cart|product-?form|atc-?(btn|button)|availability|add_cart/i;
const BUY_TEXT =
  /^(add to (cart|basket|bag|trolley)|buy( it)? now|buy|purchase|in den warenkorb|in den einkaufswagen|ajouter au panier|acheter|añadir al carrito|añadir a la cesta|comprar|comprar já|aggiungi al carrello|acquista|in winkelwagen|toevoegen|dodaj do koszyka|do koszyka|do košíku|v košarico|dodaj u košaricu|lisa ostukorvi|adaugă în coş|adauga in cos|купить|в корзину|sepete ekle|הוסף לסל|הוספה לסל|הוסף לעגלה|הוספה לעגלה|קנה עכשיו|לרכישה|カートに入れる|加入購物車|立即購買|أضف إلى السلة|أضف الى السلة)\b|^(купить|в корзину|הוסף לסל|הוספה לסל|הוסף לעגלה|הוספה לעגלה|קנה עכשיו|לרכישה|カートに入れる|加入購物車|立即購買|أضف)/i;

/** What a page shows that makes it a shop's page for one product. */
export interface PageSigns {
  /** The heading that names the product. */
  title?: TreeElement;
  /** There is a button that buys. */
  buyable: boolean;
  availability?: Availability;
}

export function pageSigns(body: TreeElement, titles: string[]): PageSigns {
  const signs: PageSigns = { buyable: false };
  const title = productHeading(body, titles);
  if (title) signs.title = title;
  walk(body, (element) => {
    if (element.name === "footer" || isHidden(element)) return false;
    const name = `${attribute(element, "class") ?? ""} ${attribute(element, "id") ?? ""}`.slice(0, 400);
    if (!signs.buyable && isBuyButton(element, name)) signs.buyable = true;
    if (!signs.availability && /availab|stock|disponib|verfueg|verfügbar|lieferbar|sklad/i.test(name)) {
      signs.availability = availabilityShown(textOf(element, 120));
    }
  });
  return signs;
}

function isBuyButton(element: TreeElement, name: string): boolean {
  const button = element.name === "button" || element.name === "input" ||
    (element.name === "a" && /\bbtn|button|cart|buy/i.test(name));
  if (!button && element.name !== "form") return false;
  const own = `${name} ${attribute(element, "name") ?? ""} ${attribute(element, "action") ?? ""} ${
    attribute(element, "data-testid") ?? ""
  }`.slice(0, 600);
  if (BUY_NAME.test(own)) return true;
  if (!button) return false;
  const text = attribute(element, "value") ?? attribute(element, "aria-label") ?? textOf(element, 60);
  return BUY_TEXT.test(collapse(text.slice(0, 80)));
}

/** The first h1 whose words are in the page's title, else the first with words. */
function productHeading(body: TreeElement, titles: string[]): TreeElement | undefined {
  let first: TreeElement | undefined;
  const titled = find(body, (element) => {
    if (element.name !== "h1") return false;
    const text = textOf(element, 300).toLowerCase();
    if (text) first ??= element;
    return text.length > 2 && titles.some((title) => title.includes(text.slice(0, 60)));
  });
  return titled ?? first ??
    find(
      body,
      (element) =>
        /product-?_?(title|name)/i.test(attribute(element, "class") ?? attribute(element, "id") ?? ""),
    );
}
