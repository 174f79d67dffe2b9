#pragma once
/* Of server/ only: the page's files as tools/web/embed.py packs them into the program. */
extern const char server_web_data[];
extern const char server_web_end[];
