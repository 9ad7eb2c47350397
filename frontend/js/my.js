// The participant's page: the secret stands in the address's fragment, which no server and no log ever sees.
import { takeSecret } from "./fragment/secret.js";

takeSecret(document);
// A second letter may be opened while this page is: only the fragment changes then.
addEventListener("hashchange", () => takeSecret(document));

// Whoever closes their registration on this device takes the ticket along that is kept on it.
if (location.search.includes("done=registration_closed_here") && "caches" in window) {
  caches.keys().then((names) => names.filter((name) => name.startsWith("ticket ")).forEach((name) => caches.delete(name)));
}
