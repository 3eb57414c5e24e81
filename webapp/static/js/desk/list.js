/** On the list of work: what this browser could not send yet is sent after all, and that is said. */

import { dataOf } from "./ahead.js";
import { openKeep, sendKept } from "./save.js";
import { toast } from "../ui/toast.js";

async function sendAll() {
  const keep = await openKeep(dataOf(document).secret);
  const sent = await sendKept(keep);
  if (sent) toast("Wat in deze browser nog niet was verzonden, is nu bewaard.");
  if (keep.ids.length) toast("In deze browser staat nog werk dat niet is verzonden. Het gaat weg zodra er verbinding is.", { seconds: 30 });
}

addEventListener("online", () => void sendAll());
void sendAll();
