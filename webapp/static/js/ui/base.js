/** The scripts of every page: each module looks for its own markup and leaves the rest alone. */

import { watchBusyForms } from "./forms.js";
import { showGauges } from "./gauges.js";
import { watchKeys } from "./keys.js";
import { showWhereWeAre, watchMenus } from "./menu.js";
import { watchDialogs } from "./dialog.js";
import { enhanceTables } from "./tables.js";
import { enhanceTabs } from "./tabs.js";
import { watchPrint } from "./print.js";
import { countWords } from "./words.js";

watchBusyForms();
watchDialogs();
watchKeys();
watchMenus();
showWhereWeAre();
showGauges();
enhanceTables();
enhanceTabs();
countWords();
watchPrint();
