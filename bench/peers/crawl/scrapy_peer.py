"""Scrapy with its defaults beside what makes the task the same: 32 requests at once, items as JSON lines on disk."""

import json
import sys
import time
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.linkextractors import LinkExtractor

settings = json.loads(sys.argv[1])


class Pages(scrapy.Spider):
    name = "pages"
    start_urls = [settings["start"]]
    allowed_domains = [urlsplit(settings["start"]).hostname]
    links = LinkExtractor()

    def parse(self, response):
        links = [link.url for link in self.links.extract_links(response)]
        yield {
            "url": response.url,
            "title": response.css("title::text").get(),
            "text": "".join(response.xpath("//body//text()").getall()),
            "links": links,
        }
        for link in links:
            yield response.follow(link, self.parse)


process = CrawlerProcess({
    "LOG_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REQUEST_FINGERPRINTER_IMPLEMENTATION": "2.7",
    "CONCURRENT_REQUESTS": settings["concurrency"],
    "CONCURRENT_REQUESTS_PER_DOMAIN": settings["concurrency"],
    "FEEDS": {settings["file"]: {"format": "jsonlines"}},
})
crawler = process.create_crawler(Pages)
process.crawl(crawler)
begun = time.perf_counter()
process.start()
seconds = time.perf_counter() - begun
print(json.dumps({"pages": crawler.stats.get_value("item_scraped_count", 0), "seconds": seconds}))
