// The participant's page: the secret stands in the address's fragment, which no server and no log ever sees.
import { takeSecret } from "./fragment/secret.js";

takeSecret(document);
// A second letter may be opened while this page is: only the fragment changes then.
addEventListener("hashchange", () => takeSecret(document));
