// Offers the visitor's own time zone besides those the page knows of.

/**
 * Adds the zone this browser is in to the choice of zones, or says beside it whose it is.
 * @param {Document} page
 */
export function offerOwnZone(page) {
  const choice = page.querySelector("select[data-own-zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!(choice instanceof HTMLSelectElement) || !zone) return;
  const label = choice.dataset.ownZone ?? zone;
  const known = [...choice.options].find((option) => option.value === zone);
  if (known) {
    known.text = `${label}: ${known.text}`;
    return;
  }
  const place = zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
  choice.add(new Option(`${label}: ${place}`, zone), 1);
}
