// The public agenda: stars are set without leaving the page, and one's own time zone is offered. All of it works without this.
import { offerOwnZone } from "./programme/zone.js";
import { starInPlace } from "./programme/stars.js";

offerOwnZone(document);
starInPlace(document);

// A chosen filter counts at once; the button remains for those who type.
document.addEventListener("change", (event) => {
  const control = event.target;
  if (control instanceof HTMLSelectElement && control.form?.matches(".agenda-filter")) control.form.requestSubmit();
});
