// Blocks of products in the preview: before the result they stand before, or at the end.
import { el, say } from "./dom.js";

export function groupRow(group) {
  const products = group.hits.map((hit) => el("li", { className: "rule-group-product" },
    el("img", { src: hit.image, alt: "", width: 36, height: 36, loading: "lazy" }),
    el("span", {}, hit.title, " ", el("small", { className: "rule-muted" }, [hit.sku, hit.sale_text || hit.price_text].filter(Boolean).join(" · ")))));
  return el("li", { className: "rule-group" }, el("span", { className: "rule-badge rule-badge--group" }, say("Block")), " ", el("strong", {}, group.title), el("ol", {}, products));
}
