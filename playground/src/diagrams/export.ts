/** A picture as a file of its own: the colours of the theme are written into it. */

const INLINED = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-family", "font-size", "font-weight", "text-anchor", "paint-order"] as const;
/** Pixels of a PNG for each pixel of the picture. */
const SHARPNESS = 2;

/** The picture as SVG text that looks the same anywhere. */
export function svgText(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const copies = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  [svg, ...svg.querySelectorAll<SVGElement>("*")].forEach((element, index) => inlineStyle(element, copies[index]));
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", String(width));
  ground.setAttribute("height", String(height));
  ground.setAttribute("fill", getComputedStyle(document.body).getPropertyValue("background-color"));
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

function inlineStyle(from: Element, to: SVGElement | undefined): void {
  if (to === undefined) return;
  const style = getComputedStyle(from);
  for (const name of INLINED) to.setAttribute(name, style.getPropertyValue(name));
  for (const name of ["class", "style", "tabindex", "role", "aria-label", "aria-pressed", "aria-describedby"]) to.removeAttribute(name);
}

export function saveSvg(svg: SVGSVGElement, name: string): void {
  save(new Blob([svgText(svg)], { type: "image/svg+xml" }), `${name}.svg`);
}

export async function savePng(svg: SVGSVGElement, name: string): Promise<void> {
  const image = new Image();
  // As a data address: the page's policy lets no other images in.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = svg.viewBox.baseVal.width * SHARPNESS;
  canvas.height = svg.viewBox.baseVal.height * SHARPNESS;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) throw new Error("the browser could not make a PNG of this picture: save it as SVG");
  save(blob, `${name}.png`);
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
